// Coyote runs one operation at a time: a scenario keeps one core busy.
[assembly: LevelOfParallelism(2)]
