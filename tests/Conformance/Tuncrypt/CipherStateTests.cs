using System.Text;
using KcpTun.Conformance.Support;
using KcpTun.Tuncrypt;

namespace KcpTun.Conformance.Tuncrypt;

public sealed class CipherStateTests
{
    private static readonly Func<byte[], Aead>[] s_implementations =
        [key => new SystemAead(key), key => new ManagedAead(key)];

    [Test]
    public void Both_implementations_give_the_example_of_RFC_8439([Values(0, 1)] int implementation)
    {
        byte[] key = [.. Enumerable.Range(0x80, 32).Select(i => (byte)i)];
        byte[] nonce = Convert.FromHexString("070000004041424344454647");
        byte[] associated = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
        byte[] plaintext = Encoding.ASCII.GetBytes(
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            + "sunscreen would be it.");
        using Aead aead = s_implementations[implementation](key);
        byte[] sealedText = new byte[plaintext.Length + Aead.TagLength];
        aead.Seal(nonce, associated, plaintext, sealedText);
        Convert.ToHexStringLower(sealedText.AsSpan(0, 16)).ShouldBe("d31a8d34648e60db7b86afbc53ef7ec2");
        Convert.ToHexStringLower(sealedText.AsSpan(plaintext.Length)).ShouldBe("1ae10b594f09e26a7e902ecbd0600691");

        byte[] opened = new byte[plaintext.Length];
        aead.TryOpen(nonce, associated, sealedText, opened).ShouldBeTrue();
        opened.ShouldBe(plaintext);
    }

    [Test]
    public void Both_implementations_agree_and_open_in_place([Values(0, 1, 15, 16, 17, 63, 64, 65, 16366)] int length)
    {
        byte[] key = Vectors.Lcg(1, 32), nonce = Vectors.Lcg(2, 12), plaintext = Vectors.Lcg(3, length);
        byte[]? first = null;
        foreach (Func<byte[], Aead> create in s_implementations)
        {
            using Aead aead = create(key);
            byte[] sealedText = new byte[length + Aead.TagLength];
            aead.Seal(nonce, [7], plaintext, sealedText);
            first ??= [.. sealedText];
            sealedText.ShouldBe(first);

            sealedText[length / 2] ^= 1;
            byte[] opened = Vectors.Lcg(4, length);
            aead.TryOpen(nonce, [7], sealedText, opened).ShouldBeFalse();
            opened.ShouldAllBe(b => b == 0, "nothing unverified may leave");
            sealedText[length / 2] ^= 1;
            aead.TryOpen(nonce, [8], sealedText, opened).ShouldBeFalse();

            aead.TryOpen(nonce, [7], sealedText, sealedText.AsSpan(0, length)).ShouldBeTrue();
            sealedText.AsSpan(0, length).ToArray().ShouldBe(plaintext);
        }
    }

    [Test]
    public void The_last_nonce_protects_no_message()
    {
        byte[] key = Vectors.Lcg(5, 32);
        using var sender = new CipherState(key, CipherState.RekeyNonce - 1);
        using var receiver = new CipherState(key, CipherState.RekeyNonce - 1);
        byte[] last = new byte[1 + CipherState.TagLength], refused = new byte[1 + CipherState.TagLength];
        sender.TryEncrypt([], [42], last).ShouldBeTrue();
        sender.TryEncrypt([], [43], refused).ShouldBeFalse();
        refused.ShouldAllBe(b => b == 0);
        receiver.TryDecrypt([], last, new byte[1]).ShouldBeTrue();
        receiver.TryDecrypt([], last, new byte[1]).ShouldBeFalse();
        sender.Nonce.ShouldBe(CipherState.RekeyNonce);
    }

    [Test]
    public void A_rekey_changes_the_key_and_not_the_nonce()
    {
        byte[] key = Vectors.Lcg(6, 32);
        using var plain = new CipherState(key, 5);
        using var rekeyed = new CipherState(key, 5);
        rekeyed.Rekey();
        rekeyed.Nonce.ShouldBe(5UL);
        byte[] under = new byte[4 + CipherState.TagLength], after = new byte[4 + CipherState.TagLength];
        plain.TryEncrypt([], [1, 2, 3, 4], under);
        rekeyed.TryEncrypt([], [1, 2, 3, 4], after);
        after.ShouldNotBe(under);
    }
}
