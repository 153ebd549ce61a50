/* SPDX-License-Identifier: MIT */
/* Completions for zsh: _arguments does the work, each command has its list of specs. */
#include <stdio.h>
#include <string.h>

#include "help.h"

/* Inside '...': brackets end a description, ':' a field. */
static void put(const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text == '\'') {
      fputs("'\\''", stdout);
    } else if (strchr("[]:\\", *text) != NULL) {
      printf("\\%c", *text);
    } else {
      putchar(*text);
    }
  }
}

static const char *last_word(const struct command *command)
{
  const char *space = strrchr(command->name, ' ');
  return space != NULL ? space + 1 : command->name;
}

static void put_commands(const struct command *const *commands)
{
  for (; *commands != NULL; commands++) {
    printf(" '%s:", last_word(*commands));
    put((*commands)->summary);
    printf("'");
  }
}

void help_zsh_begin(const struct command *const *commands)
{
  printf("#compdef emend\n"
         "# Completions of emend for zsh; made by `emend --help=zsh`.\n\n"
         "# Called with options for compadd before the kind of names.\n"
         "_emend_names() {\n"
         "  local -a names\n"
         "  names=(${(f)\"$(emend --list $@[-1] 2>/dev/null)\"})\n"
         "  compadd \"$@[1,-2]\" -M 'm:{a-zA-Z}={A-Za-z}' -a names || _files\n"
         "}\n\n"
         "_emend() {\n"
         "  local command\n"
         "  local -a parts\n"
         "  if (( CURRENT == 2 )); then\n"
         "    parts=(");
  put_commands(commands);
  printf(" )\n"
         "    [[ $PREFIX == -* ]] && compadd -- --help --version --list\n"
         "    _describe -t commands 'emend command' parts\n"
         "    return\n"
         "  fi\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  command=$words[1]\n"
         "  case $command in\n"
         "  --list) compadd presets drivers inputs outputs takes; return ;;\n");
  for (; *commands != NULL; commands++) {
    if ((*commands)->parts != NULL) {
      printf("  %s)\n    parts=(", (*commands)->name);
      put_commands((*commands)->parts);
      printf(" )\n"
             "    if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then\n"
             "      _describe -t commands 'emend %s' parts\n"
             "      return\n"
             "    elif (( ${parts[(I)$words[2]:*]} )); then\n"
             "      shift words\n"
             "      (( CURRENT-- ))\n"
             "      command=\"$command $words[1]\"\n"
             "    fi ;;\n",
             (*commands)->name);
    }
  }
  printf("  esac\n  case $command in\n");
}

static void put_value(const char *title, enum help_value value)
{
  printf(":");
  put(title);
  switch (value) {
  case HELP_VALUE_NONE: printf(":"); break;
  case HELP_VALUE_FILES: printf(":_files"); break;
  case HELP_VALUE_FOLDERS: printf(":_files -/"); break;
  default: printf(":_emend_names %s", help_value_names[value]);
  }
}

static void put_option(const struct option_spec *spec, const char *dashes, const char *name)
{
  printf(" \\\n    '%s%s%s%s[", spec->kind == OPTION_LIST ? "*" : "", dashes, name,
         spec->kind == OPTION_FLAG ? "" : (dashes[1] == '-' ? "=" : "+"));
  put(spec->help);
  printf("]");
  if (spec->kind == OPTION_CHOICE) {
    printf(":%s:(", spec->name);
    for (int i = 0; spec->choices[i] != NULL; i++) {
      printf("%s%s", i > 0 ? " " : "", spec->choices[i]);
    }
    printf(")");
  } else if (spec->kind != OPTION_FLAG) {
    put_value(spec->argument != NULL ? spec->argument : spec->name, help_value_of(spec));
  }
  printf("'");
}

void help_zsh_command(const struct command *command, const struct option_set *set)
{
  printf("  '%s') _arguments -S '(-h --help)'{-h,--help}'[show this and exit]'", command->name);
  for (int i = 0; i < set->count; i++) {
    const char letter[2] = {set->specs[i].letter, '\0'};

    put_option(&set->specs[i], "--", set->specs[i].name);
    if (letter[0] != '\0') {
      put_option(&set->specs[i], "-", letter);
    }
  }
  if (command->words != NULL) {
    printf(" \\\n    '1:what to do:(");
    for (int i = 0; command->words[i] != NULL; i++) {
      printf("%s%s", i > 0 ? " " : "", command->words[i]);
    }
    printf(")'");
  }
  if (help_operand_of(command) != HELP_VALUE_NONE) {
    printf(" \\\n    '*");
    put_value("operand", help_operand_of(command));
    printf("'");
  }
  printf(" ;;\n");
}

void help_zsh_end(void)
{
  printf("  esac\n}\n\n"
         "if [[ $funcstack[1] == _emend ]]; then _emend \"$@\"; else compdef _emend emend; fi\n");
}

/* Completions for bash: a table of what may come where, and a function that reads it. */

static void put_names(const struct command *const *commands)
{
  for (int i = 0; commands[i] != NULL; i++) {
    const char *name = strrchr(commands[i]->name, ' ');
    printf("%s%s", i > 0 ? " " : "", name != NULL ? name + 1 : commands[i]->name);
  }
}

void help_bash_begin(const struct command *const *commands)
{
  printf("# Completions of emend for bash; made by `emend --help=bash`.\n"
         "# COMMAND|OPTION|what its value is one of, or =words; without OPTION: of the operands.\n"
         "_emend_table='|--help|\n|--version|\n|--list|=presets drivers inputs outputs takes\n||=");
  put_names(commands);
  printf("\n");
}

void help_bash_command(const struct command *command, const struct option_set *set)
{
  if (command->parts != NULL || command->words != NULL) {
    printf("%s||=", command->name);
    for (int i = 0; command->words != NULL && command->words[i] != NULL; i++) {
      printf("%s%s", i > 0 ? " " : "", command->words[i]);
    }
    if (command->parts != NULL) {
      put_names(command->parts);
    }
    printf("\n");
  } else {
    printf("%s||%s\n", command->name, help_value_names[help_operand_of(command)]);
  }
  for (int i = 0; i < set->count; i++) {
    const struct option_spec *spec = &set->specs[i];

    printf("%s|--%s|", command->name, spec->name);
    if (spec->kind == OPTION_CHOICE) {
      printf("=");
      for (int k = 0; spec->choices[k] != NULL; k++) {
        printf("%s%s", k > 0 ? " " : "", spec->choices[k]);
      }
    } else if (spec->kind != OPTION_FLAG) {
      printf("%s", help_value_names[help_value_of(spec)]);
    }
    printf("\n");
    if (spec->letter != 0) {
      printf("%s|-%c|%s\n", command->name, spec->letter, help_value_names[help_value_of(spec)]);
    }
  }
  printf("%s|--help|\n", command->name);
}

/* A word that holds ':' or '=' comes in pieces, and is answered from its last ':' on. */
static const char functions[] =
  "'\n\n"
  "# _emend_offer WORD NAME-A-LINE...: those that begin with WORD, quoted unless the user has begun a quote.\n"
  "_emend_offer() {\n"
  "  local word=$1 quote= name tail\n"
  "  case $word in [\\\"\\']*) quote=${word:0:1} word=${word:1} ;; esac\n"
  "  [[ $quote ]] || word=${word//\\\\/}\n"
  "  while IFS= read -r name; do\n"
  "    [[ $name && $name == \"$word\"* ]] || continue\n"
  "    tail=${word##*:}\n"
  "    [[ $quote ]] || name=${name:${#word} - ${#tail}}\n"
  "    [[ $quote ]] || printf -v name %q \"$name\"\n"
  "    COMPREPLY+=(\"$name\")\n"
  "  done <<<\"$2\"\n"
  "}\n\n"
  "# _emend_values WORD KIND\n"
  "_emend_values() {\n"
  "  case $2 in\n"
  "  =*) _emend_offer \"$1\" \"$(printf '%s\\n' ${2#=})\" ;;\n"
  "  files) ;;\n"
  "  folders) compopt -o dirnames 2>/dev/null ;;\n"
  "  presets | drivers | inputs | outputs | takes)\n"
  "    _emend_offer \"$1\" \"$(emend --list \"$2\" 2>/dev/null)\" ;;\n"
  "  *) compopt +o default 2>/dev/null ;;\n"
  "  esac\n"
  "}\n\n"
  "_emend() {\n"
  "  local at=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options= prev line kind\n"
  "  COMPREPLY=()\n"
  "  while (( at > 2 )) && [[ $cur == :* || ${COMP_WORDS[at - 1]} == : ]]; do\n"
  "    cur=${COMP_WORDS[--at]}$cur\n"
  "  done\n"
  "  [[ $cur != = ]] || { cur=; (( at++ )); }\n"
  "  prev=${COMP_WORDS[at - 1]}\n"
  "  [[ $prev != = ]] || prev=${COMP_WORDS[at - 2]}\n"
  "  (( COMP_CWORD > 1 )) || command=\n"
  "  [[ $command != -* ]] || command=\n"
  "  if (( COMP_CWORD > 2 )) && [[ $'\\n'$_emend_table == *$'\\n'\"$command ${COMP_WORDS[2]}||\"* ]]; then\n"
  "    command=\"$command ${COMP_WORDS[2]}\"\n"
  "  fi\n"
  "  while IFS= read -r line; do\n"
  "    [[ $line == \"$command|\"* ]] || continue\n"
  "    line=${line#\"$command|\"} kind=${line#*|}\n"
  "    if [[ $prev == -* && ${line%%|*} == \"$prev\" && $kind ]]; then\n"
  "      _emend_values \"$cur\" \"$kind\"\n"
  "      return\n"
  "    fi\n"
  "    options+=${line%%|*}$'\\n'\n"
  "    [[ $line != '|'* ]] || local operands=$kind\n"
  "  done <<<\"$_emend_table\"\n"
  "  case $cur in\n"
  "  -*) _emend_offer \"$cur\" \"$options\" ;;\n"
  "  *) _emend_values \"$cur\" \"$operands\" ;;\n"
  "  esac\n"
  "}\n\n"
  "complete -o default -F _emend emend\n";

void help_bash_end(void)
{
  printf("%s", functions);
}
