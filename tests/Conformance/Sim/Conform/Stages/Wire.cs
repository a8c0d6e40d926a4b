using System.Buffers.Binary;
using System.IO.Hashing;

namespace KcpTun.Conformance.Sim.Conform.Stages;

/// <summary>One KCP segment (PROTOCOL c.1).</summary>
internal sealed record Segment(uint Conv, byte Command, uint Ts, uint Sn, uint Una, byte[] Payload)
{
    public const byte Push = 81;
    public const byte Ack = 82;
}

/// <summary>
/// Datagrams made by hand and taken apart: crypt none, no FEC (PROTOCOL a.2, c.1), smux 1 (PROTOCOL e.1).
/// </summary>
internal static class Wire
{
    public const byte Syn = 0;
    public const byte Fin = 1;
    public const byte Psh = 2;

    private const int Envelope = 20;
    private const int Header = 24;
    private const int Window = 128;

    public static byte[] Datagram(params Segment[] segments)
    {
        byte[] bytes = new byte[Envelope + segments.Sum(segment => Header + segment.Payload.Length)];
        int at = Envelope;
        foreach (Segment segment in segments)
        {
            Span<byte> header = bytes.AsSpan(at);
            BinaryPrimitives.WriteUInt32LittleEndian(header, segment.Conv);
            header[4] = segment.Command;
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], Window);
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], segment.Ts);
            BinaryPrimitives.WriteUInt32LittleEndian(header[12..], segment.Sn);
            BinaryPrimitives.WriteUInt32LittleEndian(header[16..], segment.Una);
            BinaryPrimitives.WriteInt32LittleEndian(header[20..], segment.Payload.Length);
            segment.Payload.CopyTo(header[Header..]);
            at += Header + segment.Payload.Length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Crc32.HashToUInt32(bytes.AsSpan(Envelope)));
        return bytes;
    }

    public static List<Segment> Segments(ReadOnlyMemory<byte> datagram)
    {
        ReadOnlySpan<byte> bytes = datagram.Span;
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]).ShouldBe(Crc32.HashToUInt32(bytes[Envelope..]));
        List<Segment> segments = [];
        for (int at = Envelope; at < bytes.Length;)
        {
            ReadOnlySpan<byte> header = bytes[at..];
            int length = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
            segments.Add(new Segment(
                BinaryPrimitives.ReadUInt32LittleEndian(header),
                header[4],
                BinaryPrimitives.ReadUInt32LittleEndian(header[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
                header.Slice(Header, length).ToArray()));
            at += Header + length;
        }

        return segments;
    }

    public static byte[] Frame(byte command, uint sid, params byte[] data)
    {
        byte[] frame = new byte[8 + data.Length];
        frame[0] = 1;
        frame[1] = command;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(2), (ushort)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), sid);
        data.CopyTo(frame, 8);
        return frame;
    }

    /// <summary>The whole frames at the start of a KCP stream.</summary>
    public static List<(byte Command, uint Sid, byte[] Data)> Frames(ReadOnlySpan<byte> stream)
    {
        List<(byte, uint, byte[])> frames = [];
        while (stream.Length >= 8)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(stream[2..]);
            if (stream.Length < 8 + length)
                break;
            uint sid = BinaryPrimitives.ReadUInt32LittleEndian(stream[4..]);
            frames.Add((stream[1], sid, stream.Slice(8, length).ToArray()));
            stream = stream[(8 + length)..];
        }

        return frames;
    }
}
