using KcpTun.Primitives;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Running;

/// <summary>One of the subject's applications as a script moves it.</summary>
internal sealed class ScriptedApplication(IStageApplication application)
{
    private long _sent;
    private long _received;

    /// <summary>Does what <paramref name="step"/> says and waits for what it says must be.</summary>
    public void Move(AppStep step, Scope scope, Tester tester, Instant deadline)
    {
        switch (step.Verb)
        {
            case "send":
                application.Send(Outgoing(step, scope));
                break;
            case "recv":
                Receive(Incoming(step, scope), tester, deadline);
                break;
            case "drain":
                application.Allow(long.MaxValue);
                break;
            case "finish":
                application.Finish();
                break;
            case "close" or "reset":
                application.Close(isReset: step.Verb == "reset");
                break;
            case "alive":
                tester.Wait(tester.Now, () => false);
                if (application.State != ApplicationState.Open)
                    throw new CaseFailedException($"its connection has {Ended(application.State)}");
                break;
            case "eof":
                ExpectEnd(tester, deadline);
                break;
            default:
                ExpectClosed(tester, deadline);
                break;
        }
    }

    private static string Ended(ApplicationState state) => state == ApplicationState.Ended ? "ended" : "been reset";

    private byte[] Outgoing(AppStep step, Scope scope)
    {
        byte[] bytes = Bytes(step, scope, _sent);
        _sent += bytes.Length;
        return bytes;
    }

    private byte[] Incoming(AppStep step, Scope scope)
    {
        byte[] bytes = Bytes(step, scope, _received);
        _received += bytes.Length;
        return bytes;
    }

    private static byte[] Bytes(AppStep step, Scope scope, long offset) => step.Bytes is { } bytes
        ? bytes.Evaluate(scope)
        : new BytesExpression.Pattern(step.Count!, new Expression.Literal(offset)).Evaluate(scope);

    private void Receive(byte[] expected, Tester tester, Instant deadline)
    {
        application.Allow(expected.Length);
        int compared = 0;
        tester.Wait(deadline, () =>
        {
            ReadOnlySpan<byte> received = application.TakeReceived().Span;
            int same = received.CommonPrefixLength(expected.AsSpan(compared));
            compared += same;
            if (same < received.Length)
                throw new CaseFailedException($"the application reads a wrong byte, {compared} bytes on");
            return compared == expected.Length || application.State != ApplicationState.Open;
        });
        if (compared < expected.Length)
        {
            string state = application.State == ApplicationState.Open ? "" : $", and it has {Ended(application.State)}";
            throw new CaseFailedException($"the application read {compared} of {expected.Length} bytes{state}");
        }
    }

    private void ExpectEnd(Tester tester, Instant deadline)
    {
        application.Allow(1);
        bool hasEnded = tester.Wait(deadline, () =>
        {
            if (!application.TakeReceived().IsEmpty)
                throw new CaseFailedException("the application reads more bytes and not the end");
            return application.State != ApplicationState.Open;
        });
        if (!hasEnded || application.State != ApplicationState.Ended)
            throw new CaseFailedException(hasEnded ? "its connection has been reset" : "the end does not come");
    }

    private void ExpectClosed(Tester tester, Instant deadline)
    {
        application.Allow(long.MaxValue);
        bool hasEnded = tester.Wait(deadline, () =>
        {
            _ = application.TakeReceived();
            return application.State != ApplicationState.Open;
        });
        if (!hasEnded)
            throw new CaseFailedException("its connection is still open");
    }
}
