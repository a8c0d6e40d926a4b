using KcpTun.Bench;

return await BenchCommand.Create().Parse(args).InvokeAsync();
