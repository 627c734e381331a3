#!/usr/bin/env bash
# Restores the tools, makes the addin, and hands all arguments to Cake: ./build.sh [--target=Examples|Test|Benchmark|...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# An empty HOME is no reason to fail: .NET and NuGet need some folder of their own.
if [ -z "${HOME:-}" ]; then
    export HOME="$PWD/artifacts/home"
fi
mkdir -p "$HOME"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

if ! command -v dotnet >/dev/null; then
    echo "build.sh: the .NET SDK 10 is not on PATH; install it first" >&2
    exit 1
fi

# The addin is rebuilt when a source of it is newer than the last one: starting MSBuild for nothing costs seconds.
addin=artifacts/addin/Cake.Oxidizer.dll
if [ ! -f "$addin" ] || [ -n "$(find src Directory.*.props global.json -newer "$addin" -type f -not -path '*/obj/*' -not -path '*/bin/*' -print -quit)" ]; then
    dotnet tool restore >/dev/null
    # Compiled ahead of time: half of a short build would else be the just-in-time compiler.
    case "$(uname -m)" in aarch64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac
    dotnet publish src/Cake.Oxidizer --configuration Release --runtime "$runtime" --self-contained false -p:PublishReadyToRun=true \
        --output artifacts/addin --verbosity quiet --nologo
    # Cake keeps compiled scripts by their own text; they must not outlive the aliases that they were compiled against.
    rm -rf tools/cache
    touch "$addin"
fi
# Cake colours its log by the name of the terminal, also where the log goes into a pipe or a file.
if [ ! -t 1 ]; then
    export NO_COLOR="${NO_COLOR:-1}"
fi
exec dotnet cake build.cake "$@"
