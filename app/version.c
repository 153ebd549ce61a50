#include "version.h"

const char *version_text(void)
{
  return EMEND_VERSION;
}
