# SPDX-License-Identifier: MIT
# Each screen (from one ESC [ H to the next) has at most 24 lines of at most 80 letters, and says how to leave.
BEGIN { RS = "\033\\[H" }
NR > 1 {
  sub(/\033\[\?7h.*/, "") # the terminal was put back
  gsub(/\033\[[0-9;?]*[A-Za-z]/, "")
  gsub(/\r/, "")
  count = split($0, lines, "\n")
  if (count > 24) { print "a screen of " count " lines"; bad = 1 }
  for (i = 1; i <= count; i++) {
    if (length(lines[i]) > 80) { print length(lines[i]) " letters: " lines[i]; bad = 1 }
  }
  if ($0 ~ /p panic/ && $0 ~ /q quit/) { whole++ } else if ($0 !~ /any key goes back/) { print "no way out: " $0; bad = 1 }
}
END { print whole + 0 " screens with panic and quit"; exit bad || whole < 20 }
