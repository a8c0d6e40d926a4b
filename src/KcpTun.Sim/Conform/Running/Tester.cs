using KcpTun.Primitives;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Running;

/// <summary>
/// Joins the played peer to the stage: moves datagrams between them, through what the script calls the link if there is
/// one, wakes the peer when it is due, and lets time pass.
/// </summary>
internal sealed class Tester(IStage stage, PlayedPeer peer, LinkFilter? link, CaseLog log)
{
    public IStage Stage => stage;

    public PlayedPeer Peer => peer;

    public Instant Now => stage.Now;

    /// <summary>Bytes of datagrams that the subject sent.</summary>
    public long BytesIn { get; private set; }

    /// <summary>Bytes of datagrams that the tester sent.</summary>
    public long BytesOut { get; private set; }

    private Instant NextDeadline => link is null
        ? peer.NextDeadline
        : Instant.Min(peer.NextDeadline, link.NextDeadline);

    /// <summary>Moves everything that does not have to wait.</summary>
    public void Settle()
    {
        while (stage.TryReceive(out StageDatagram datagram))
        {
            if (link is null)
                TakeIn(datagram.Bytes, datagram.To, datagram.Time);
            else
                link.ToTester.Put(datagram.Bytes.Span, datagram.To, stage.Now);
        }

        Instant now = stage.Now;
        while (link is not null && link.ToTester.TryTake(now, out LinkArrival arrival))
            TakeIn(arrival.Bytes, arrival.Socket, now);
        if (peer.NextDeadline <= now)
            peer.HandleTimer(now);
        while (peer.Outgoing.TryDequeue(out OutgoingDatagram outgoing))
        {
            if (link is null)
                SendOut(outgoing.Bytes, outgoing.From);
            else
                link.ToSubject.Put(outgoing.Bytes.Span, outgoing.From, now);
        }

        while (link is not null && link.ToSubject.TryTake(now, out LinkArrival arrival))
            SendOut(arrival.Bytes, arrival.Socket);
    }

    /// <summary>Lets time pass until <paramref name="isDone"/> or the deadline, which is still looked at.</summary>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="CaseFailedException">The subject is gone.</exception>
    public bool Wait(Instant deadline, Func<bool> isDone)
    {
        bool isLast = false;
        while (true)
        {
            Settle();
            if (isDone())
                return true;
            if (stage.Failure is { } failure)
                throw new CaseFailedException(failure);
            if (isLast)
                return false;
            Instant now = stage.Now;
            // What happens at the deadline itself is in time: one more turn without time.
            isLast = now >= deadline;
            Instant next = Instant.Min(deadline, NextDeadline);
            stage.Advance(next < now ? now : next);
        }
    }

    private void TakeIn(ReadOnlyMemory<byte> bytes, int socket, Instant time)
    {
        BytesIn += bytes.Length;
        log.Add(new LoggedDatagram(time, IsFromSubject: true, socket, bytes));
        peer.Receive(bytes.Span, socket, time);
    }

    private void SendOut(ReadOnlyMemory<byte> bytes, int socket)
    {
        BytesOut += bytes.Length;
        log.Add(new LoggedDatagram(stage.Now, IsFromSubject: false, socket, bytes));
        stage.Send(socket, bytes.Span);
    }
}
