using System.Security.Cryptography;
using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Crypt;

namespace KcpTun.Conformance.Crypt;

public sealed class KeyDerivationTests
{
    private static JsonElement.ArrayEnumerator Rows => Vectors.Load("keys.json").GetProperty("rows").EnumerateArray();

    [Test]
    public void Derives_the_pass_of_every_password()
    {
        foreach (JsonElement row in Rows)
        {
            byte[] pass = KeyDerivation.DerivePass(row.GetProperty("password").GetString()!);
            Convert.ToHexStringLower(pass).ShouldBe(row.GetProperty("pass").GetString());
        }
    }

    [Test]
    public void Derives_the_table_of_the_xor_cipher()
    {
        foreach (JsonElement row in Rows)
        {
            byte[] pass = Convert.FromHexString(row.GetProperty("pass").GetString()!);
            byte[] table = KeyDerivation.DeriveXorTable(pass, Envelope.MaximumDatagram);
            Convert.ToHexStringLower(table.AsSpan(0, 64)).ShouldBe(row.GetProperty("xor_table_first64").GetString());
            Convert.ToHexStringLower(table.AsSpan(^16..)).ShouldBe(row.GetProperty("xor_table_last16").GetString());
            Convert.ToHexStringLower(SHA256.HashData(table)).ShouldBe(row.GetProperty("xor_table_sha256").GetString());
        }
    }
}
