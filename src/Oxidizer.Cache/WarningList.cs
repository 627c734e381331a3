namespace Oxidizer.Cache;

/// <summary>Warnings, each id once: a full disk fails a thousand times, and is one problem.</summary>
internal sealed class WarningList
{
    private readonly List<CacheWarning> _warnings = [];

    public IReadOnlyList<CacheWarning> All
    {
        get
        {
            lock (_warnings)
                return [.. _warnings];
        }
    }

    public void Add(CacheWarning warning)
    {
        lock (_warnings)
        {
            if (!_warnings.Exists(said => said.Id == warning.Id))
                _warnings.Add(warning);
        }
    }
}
