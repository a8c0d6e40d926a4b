namespace KcpTun.Sim.Cli;

/// <summary>
/// Nothing in a run may use the thread pool: what runs there runs in no fixed order. Runs are on threads of their own,
/// so that the pool's counter must stand still while a command executes them.
/// </summary>
internal static class PoolGuard
{
    /// <exception cref="CommandException">The pool was used.</exception>
    public static void Watch(SimEnvironment environment, Action work)
    {
        long before = environment.PoolWorkItems();
        work();
        long items = environment.PoolWorkItems() - before;
        if (items != 0)
        {
            throw new CommandException(
                ExitCodes.Nondeterminism,
                $"DET: {items} work items ran on the thread pool, so that the results depend on chance");
        }
    }
}
