/* `emend --list KIND`: names, one a line, for completions and scripts. */
#ifndef EMEND_NAMES_H
#define EMEND_NAMES_H

/* Print the presets, drivers, inputs, outputs or takes that there are. Returns the exit status. */
int names_print(const char *kind);

#endif
