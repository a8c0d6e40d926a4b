using KcpTun.Sim.Cli;

using SimProcess process = new();
return new SimCommandLine(process.Environment, SimCommands.All).Run(args);
