/* The environment belongs to the caller: under AT_SECURE it is nobody's to obey. */
#include "process/environment.h"

#include <stdlib.h>
#include <sys/auxv.h>

/* Each names a file, a folder or a program that a library which is linked in reads or runs. The dynamic linker's own (LD_LIBRARY_PATH, LD_PRELOAD) have
 * worked before the first instruction of ours; glibc removes them under AT_SECURE. Not here: what chooses no file (TERM, LANG, TZ), and what is
 * Python's (docs/configuration.md says which setting ignores it). */
static const char *const library_variables[] = {
    "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_ENGINES", "OPENSSL_MODULES", "SSL_CERT_DIR", "SSL_CERT_FILE", "SSLKEYLOGFILE", "CTLOG_FILE", "RANDFILE",
    "TERMCAP", "TERMINFO", "TERMINFO_DIRS", "TERMPATH",
    "EDITRC", "INPUTRC",
    "GCONV_PATH", "GETCONF_DIR", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "MALLOC_TRACE", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
    "SQLITE_HISTORY", "SQLITE_TMPDIR",
    "TCLLIBPATH", "TCL_LIBRARY", "TIX_LIBRARY", "TK_LIBRARY", "XFILESEARCHPATH", "XUSERFILESEARCHPATH",
};

int
pyembed_is_secure(void)
{
    return getauxval(AT_SECURE) != 0;
}

const char *
pyembed_variable(const char *name)
{
    return pyembed_is_secure() ? NULL : getenv(name);
}

void
pyembed_close_environment(void)
{
    for (size_t at = 0; at < sizeof library_variables / sizeof library_variables[0]; at++) {
        unsetenv(library_variables[at]);
    }
}
