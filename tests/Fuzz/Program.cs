return KcpTun.Fuzz.Running.FuzzCommand.Run(args);
