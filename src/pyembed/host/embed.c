#include "pyembed.h"

#include "boot/boot.h"
#include "boot/run.h"

int
pyembed_main(int argc, char **argv)
{
    int exit_code = pyembed_boot(argc, argv);
    return exit_code != 0 ? exit_code : pyembed_run_program();
}
