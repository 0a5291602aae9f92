#include "base/processors.h"
#include "base/parallel.h"
#include <fcntl.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 512 };

int rg_processors(void)
{
    return omp_get_num_procs();
}

/* The start of a small file; empty when it cannot be read. */
static void read_text(char text[TEXT_BYTES], const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd >= 0 ? read(fd, text, TEXT_BYTES - 1) : 0;
    if (fd >= 0) close(fd);
    text[n > 0 ? n : 0] = '\0';
}

int rg_quota_threads(const char *text, int threads)
{
    long long quota = 0, period = 0;
    if (sscanf(text, "%lld %lld", &quota, &period) != 2) return threads;
    if (quota <= 0 || period <= 0) return threads;
    const long long n = quota / period + (quota % period != 0);
    return n < threads ? (int)n : threads;
}

/* Version 2 of control groups: the line "0::/PATH" of /proc/self/cgroup. */
static int quota(int threads)
{
    char text[TEXT_BYTES], path[TEXT_BYTES + 32];
    read_text(text, "/proc/self/cgroup");
    if (strncmp(text, "0::/", 4) != 0) return threads;
    text[strcspn(text, "\n")] = '\0';
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", text + 3);
    read_text(text, path);
    return rg_quota_threads(text, threads);
}

int rg_default_threads(void)
{
    const int processors = rg_processors(), limit = omp_get_thread_limit();
    int threads = omp_get_max_threads();
    if (threads == processors) threads = quota(threads); /* no number is requested */
    if (threads > limit) threads = limit;
    if (threads > RG_MOST_THREADS) threads = RG_MOST_THREADS;
    return threads > 1 ? threads : 1;
}
