#r "artifacts/addin/Cake.Oxidizer.dll"
Task("Default").Does(() => { var r = OxidizerBuild("examples/hello/oxidizer.toml"); OxidizerRun(r); });
RunTarget(Argument("target", "Default"));
