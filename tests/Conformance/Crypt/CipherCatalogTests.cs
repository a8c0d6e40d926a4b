using KcpTun.Crypt;

namespace KcpTun.Conformance.Crypt;

public sealed class CipherCatalogTests
{
    [Test]
    public void Lists_the_fifteen_names_of_kcptun_with_the_default_first()
    {
        CipherCatalog.Names.ShouldBe([
            "aes", "aes-128", "aes-192", "aes-128-gcm", "salsa20", "blowfish", "twofish", "cast5", "3des", "tea",
            "xtea", "xor", "sm4", "none", "null",
        ]);
    }

    [TestCase("aes", CipherKind.Aes256)]
    [TestCase("aes-128", CipherKind.Aes128)]
    [TestCase("aes-192", CipherKind.Aes192)]
    [TestCase("aes-128-gcm", CipherKind.Aes128Gcm)]
    [TestCase("salsa20", CipherKind.Salsa20)]
    [TestCase("blowfish", CipherKind.Blowfish)]
    [TestCase("twofish", CipherKind.Twofish)]
    [TestCase("cast5", CipherKind.Cast5)]
    [TestCase("3des", CipherKind.TripleDes)]
    [TestCase("tea", CipherKind.Tea)]
    [TestCase("xtea", CipherKind.Xtea)]
    [TestCase("xor", CipherKind.Xor)]
    [TestCase("sm4", CipherKind.Sm4)]
    [TestCase("none", CipherKind.None)]
    [TestCase("null", CipherKind.Null)]
    public void Finds_every_name(string name, CipherKind expected)
    {
        CipherCatalog.TryParse(name, out CipherKind kind).ShouldBeTrue();
        kind.ShouldBe(expected);
        CipherCatalog.Resolve(name).ShouldBe(expected);
    }

    [TestCase("AES-128")]
    [TestCase("Null")]
    [TestCase("aes-256")]
    [TestCase(" xor")]
    [TestCase("")]
    public void Unknown_names_mean_AES_256_as_in_Go(string name)
    {
        CipherCatalog.TryParse(name, out _).ShouldBeFalse();
        CipherCatalog.Resolve(name).ShouldBe(CipherKind.Aes256);
    }
}
