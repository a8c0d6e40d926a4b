using System.Buffers.Binary;

namespace KcpTun.Tuncrypt;

/// <summary>
/// Records (PROTOCOL m.4): a two-byte little-endian length, then that many bytes of ciphertext and tag. The nonce is
/// the record's number in its direction and is not sent, so a record that is lost, repeated or moved does not open.
/// </summary>
public sealed partial class TuncryptSession
{
    /// <summary>Bytes of the longest record, its length field included.</summary>
    public const int MaxRecordLength = 16 * 1024;

    /// <summary>Most bytes of plaintext in one record.</summary>
    public const int MaxRecordPlaintext = MaxRecordLength - RecordOverhead;

    /// <summary>
    /// Records under one key; both ends then replace it. Bounds what a key found in memory can open (1 GiB), and keeps
    /// the nonce, which goes on counting, unique for ever.
    /// </summary>
    internal const ulong RecordsPerKey = 1 << 16;

    private const int LengthField = sizeof(ushort);
    private const int RecordOverhead = LengthField + CipherState.TagLength;

    /// <summary>Bytes that <see cref="Seal"/> writes for <paramref name="plaintext"/> bytes.</summary>
    public static int MaxSealedLength(int plaintext)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plaintext);
        int records = (int)(((long)plaintext + MaxRecordPlaintext - 1) / MaxRecordPlaintext);
        return checked(plaintext + (records * RecordOverhead));
    }

    /// <summary>Seals <paramref name="plaintext"/> as one or more records.</summary>
    /// <param name="destination">
    /// At least <see cref="MaxSealedLength"/> bytes, apart from <paramref name="plaintext"/>.
    /// </param>
    /// <returns>Bytes written; 0 while the session is not established and after it has failed.</returns>
    public int Seal(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        if (!IsEstablished)
            return 0;
        if (destination.Length < MaxSealedLength(plaintext.Length))
            throw new ArgumentException("The destination is shorter than the sealed data.", nameof(destination));
        int written = 0;
        while (!plaintext.IsEmpty)
        {
            ReadOnlySpan<byte> content = plaintext[..Math.Min(plaintext.Length, MaxRecordPlaintext)];
            if (!TrySealRecord(_send!, content, destination[written..]))
            {
                Close("the record numbers of this session are used up");
                return 0;
            }

            plaintext = plaintext[content.Length..];
            written += content.Length + RecordOverhead;
        }

        return written;
    }

    private static bool TrySealRecord(CipherState cipher, ReadOnlySpan<byte> content, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)(content.Length + CipherState.TagLength));
        RekeyWhenDue(cipher);
        return cipher.TryEncrypt([], content, destination[LengthField..]);
    }

    private TuncryptResult ReadRecord(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> plaintext)
    {
        plaintext = default;
        if (_collected < LengthField && !Collect(ref input, LengthField))
            return TuncryptResult.NeedMore;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_buffer);
        if (length is <= CipherState.TagLength or > MaxRecordLength - LengthField)
            return Fail(ref input, "a record has an impossible length");

        bool isWhole = _collected == LengthField && input.Length >= length;
        ReadOnlySpan<byte> record;
        if (isWhole)
        {
            // The usual case: the record lies in the input, and only its plaintext is written to the buffer.
            record = input[..length];
            input = input[length..];
        }
        else
        {
            if (!Collect(ref input, LengthField + length))
                return TuncryptResult.NeedMore;
            record = _buffer.AsSpan(LengthField, length);
        }

        _collected = 0;
        return Open(record, ref input, out plaintext);
    }

    private TuncryptResult Open(
        ReadOnlySpan<byte> record,
        ref ReadOnlySpan<byte> input,
        out ReadOnlySpan<byte> plaintext)
    {
        plaintext = default;
        Span<byte> content = _buffer.AsSpan(LengthField, record.Length - CipherState.TagLength);
        RekeyWhenDue(_receive!);
        if (!_receive!.TryDecrypt([], record, content))
            return Fail(ref input, "a record was altered, lost, repeated or moved");
        plaintext = content;
        return TuncryptResult.Plaintext;
    }

    private static void RekeyWhenDue(CipherState cipher)
    {
        if (cipher.Nonce != 0 && cipher.Nonce % RecordsPerKey == 0)
            cipher.Rekey();
    }
}
