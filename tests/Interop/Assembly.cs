// Workers only wait for processes; CellRunner limits how many of them work at a time.
[assembly: LevelOfParallelism(12)]
[assembly: Parallelizable(ParallelScope.All)]
