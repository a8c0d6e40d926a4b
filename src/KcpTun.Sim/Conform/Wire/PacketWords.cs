using System.Collections.Frozen;
using KcpTun.Kcp;
using KcpTun.Smux;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>The words for packets and the fields each may have, in the order of the wire.</summary>
internal static class PacketWords
{
    public const string Command = "CMD";
    public const string Fec = "FEC";
    public const string Parity = "PARITY";
    public const string OutOfBand = "OOB";
    public const string Frame = "FRAME";
    public const string Bytes = "BYTES";
    public const string Chunk = "CHUNK";
    public const string Raw = "RAW";

    private static readonly string[] s_segment = ["conv", "frg", "wnd", "ts", "sn", "una", "len", "data"];
    private static readonly string[] s_frame = ["ver", "len", "sid", "data"];

    // Indexed by command, from PUSH on.
    private static readonly string[] s_segments = ["PUSH", "ACK", "WASK", "WINS"];

    // Indexed by command.
    private static readonly string[] s_frames = ["SYN", "FIN", "PSH", "NOP", "UPD"];

    private static readonly FrozenDictionary<string, string[]> s_fields = new Dictionary<string, string[]>
    {
        ["PUSH"] = s_segment,
        ["ACK"] = s_segment,
        ["WASK"] = s_segment,
        ["WINS"] = s_segment,
        [Command] = ["conv", "cmd", .. s_segment[1..]],
        [Fec] = ["seq", "size"],
        [Parity] = ["seq", "of", "data"],
        [OutOfBand] = ["seq", "data"],
        ["SYN"] = s_frame,
        ["FIN"] = s_frame,
        ["PSH"] = s_frame,
        ["NOP"] = s_frame,
        ["UPD"] = ["ver", "len", "sid", "consumed", "window", "data"],
        [Frame] = ["ver", "cmd", .. s_frame[1..]],
        [Bytes] = ["data"],
        [Chunk] = ["type", "len", "crc", "data", "raw"],
        [Raw] = ["data"],
    }.ToFrozenDictionary();

    /// <summary>All words.</summary>
    public static IEnumerable<string> All => s_fields.Keys.Order(StringComparer.Ordinal);

    /// <summary>The fields a word may have; empty for what is no word.</summary>
    public static IReadOnlyList<string> FieldsOf(string word) => s_fields.GetValueOrDefault(word, []);

    /// <summary>Whether other packets may stand in its brackets.</summary>
    public static bool MayCarry(string word) => word is Fec or Chunk || IsSegment(word);

    public static bool IsSegment(string word) => word == Command || Array.IndexOf(s_segments, word) >= 0;

    public static bool IsFrame(string word) => word == Frame || Array.IndexOf(s_frames, word) >= 0;

    /// <summary>KCP's number for the word of a segment; null for <see cref="Command"/>, which says its own.</summary>
    public static byte? SegmentCommand(string word)
    {
        int index = Array.IndexOf(s_segments, word);
        return index < 0 ? null : (byte)(KcpHeader.Push + index);
    }

    /// <summary>smux's number for the word of a frame; null for <see cref="Frame"/>, which says its own.</summary>
    public static byte? FrameCommand(string word)
    {
        int index = Array.IndexOf(s_frames, word);
        return index < 0 ? null : (byte)index;
    }

    public static string SegmentWord(byte command) =>
        KcpHeader.IsKnownCommand(command) ? s_segments[command - KcpHeader.Push] : Command;

    public static string FrameWord(SmuxCommand command) =>
        command <= SmuxCommand.Upd ? s_frames[(int)command] : Frame;
}
