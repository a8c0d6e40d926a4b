using KcpTun.Bench;

return await BenchCommand.RunAsync(args, Console.Error);
