namespace KcpTun.Kcp.Auto;

/// <summary>State of the path's delivery when a segment was sent
/// (draft-cheng-iccrg-delivery-rate-estimation).</summary>
/// <param name="Delivered">Bytes delivered until then.</param>
/// <param name="Lost">Bytes found lost until then.</param>
/// <param name="DeliveredAt">When the last of them was acknowledged, ms.</param>
/// <param name="FirstSentAt">When the segment was sent whose acknowledgement began the current sample, ms.</param>
/// <param name="IsLimited">The application had nothing more to send, so the rate says little about the path.</param>
internal readonly record struct DeliverySnapshot(
    long Delivered, long Lost, uint DeliveredAt, uint FirstSentAt, bool IsLimited);
