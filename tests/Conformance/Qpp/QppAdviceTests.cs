using KcpTun.Qpp;

namespace KcpTun.Conformance.Qpp;

public sealed class QppAdviceTests
{
    [Test]
    public void Warns_word_for_word_as_kcptun_does()
    {
        QppAdvice.Warnings("it's a secrect", 6).ShouldBe([
            "QPP Warning: 'key' has size of 14 bytes, required 211 bytes at least",
            "QPP Warning: QPPCount 6, required 7 at least",
            "QPP Warning: QPPCount 6, choose a prime number for security",
        ]);
    }

    [Test]
    public void Counts_the_bytes_of_the_key_not_its_characters()
    {
        string key = new('\u00E9', 105);
        QppAdvice.Warnings(key, 61).ShouldBe(["QPP Warning: 'key' has size of 210 bytes, required 211 bytes at least"]);
        QppAdvice.Warnings(key + "x", 61).ShouldBeEmpty();
    }

    [TestCase(6, 2)]
    [TestCase(5, 1)]
    [TestCase(7, 0)]
    [TestCase(8, 1)]
    [TestCase(9, 0)]
    public void Judges_the_count_as_kcptun_does(int count, int warnings) =>
        QppAdvice.Warnings(new string('k', 211), count).Count().ShouldBe(warnings);
}
