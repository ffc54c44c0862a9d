"""The parts of a Linux system that a Python process reads: no settings of people, no accounts, no keys."""

FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/etc/alternatives", "/etc/fonts")
FILES = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime", "/etc/timezone", "/etc/os-release"),
    *("/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/mime.types", "/etc/matplotlibrc"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
FACTS = ("/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/sys/fs/cgroup")
