/* The caller sets the environment. Under AT_SECURE the process ignores it. */
#include "process/environment.h"

#include <stdlib.h>
#include <sys/auxv.h>

/* Each names a file, a folder or a program that a linked-in library reads or runs. Not listed: the
 * dynamic linker's variables (LD_LIBRARY_PATH, LD_PRELOAD), which work before our first instruction
 * and which glibc removes under AT_SECURE; variables that name no file (TERM, LANG, TZ); and
 * Python's (docs/configuration.md says which setting ignores them). */
static const char *const library_variables[] = {
    "OPENSSL_CONF",    "OPENSSL_CONF_INCLUDE",
    "OPENSSL_ENGINES", "OPENSSL_MODULES",
    "SSL_CERT_DIR",    "SSL_CERT_FILE",
    "SSLKEYLOGFILE",   "CTLOG_FILE",
    "RANDFILE",        "TERMCAP",
    "TERMINFO",        "TERMINFO_DIRS",
    "TERMPATH",        "EDITRC",
    "INPUTRC",         "GCONV_PATH",
    "GETCONF_DIR",     "HOSTALIASES",
    "LOCALDOMAIN",     "LOCPATH",
    "MALLOC_TRACE",    "NIS_PATH",
    "NLSPATH",         "RESOLV_HOST_CONF",
    "RES_OPTIONS",     "TZDIR",
    "SQLITE_HISTORY",  "SQLITE_TMPDIR",
    "TCLLIBPATH",      "TCL_LIBRARY",
    "TIX_LIBRARY",     "TK_LIBRARY",
    "XFILESEARCHPATH", "XUSERFILESEARCHPATH",
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
