#ifndef EMEND_VERSION_H
#define EMEND_VERSION_H

/* "0.1.0" */
const char *version_text(void);

#endif
