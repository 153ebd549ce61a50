/* SPDX-License-Identifier: MIT */
/* peak COMMAND...: run it, then print on standard output the most memory that it had, in KiB. Ends as it did.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments)
{
  const pid_t child = count > 1 ? fork() : -1;
  int ended;
  struct rusage usage;
  if (child == 0) {
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(arguments[1], arguments + 1);
    _exit(127);
  }
  if (child < 0 || waitpid(child, &ended, 0) != child || getrusage(RUSAGE_CHILDREN, &usage) != 0) {
    fprintf(stderr, "peak: nothing was run\n");
    return 1;
  }
  printf("%ld\n", usage.ru_maxrss);
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : 1;
}
