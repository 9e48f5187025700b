# SPDX-License-Identifier: Apache-2.0
# Prints the verdicts of examples/c/validate.c as a table, given first what each should be. Exits 1 if one differs.

function row(mark, label, status, words) { printf "%-2s%-18s%-23s%s\n", mark, label, status, words }

# The reason in lines that end at a blank, each but the first indented to its column.
function wrap(text, room,    lines, line, words, count, i) {
  count = split(text, words, " ")
  for (i = 1; i <= count; i++) {
    if (line != "" && length(line) + 1 + length(words[i]) > room) {
      lines = lines line sprintf("\n%43s", "")
      line = ""
    }
    line = line (line == "" ? "" : " ") words[i]
  }
  return lines line
}

BEGIN {
  room = (width < 80 || width > 120 ? 120 : width) - 44
  row("", "token", "verdict", "user, device and grants, or the reason")
}

NR == FNR {
  split($0, field, " +")
  expected[field[1]] = field[2]
  missing++
  next
}

{
  missing--
  as_expected = $2 == expected[$1]
  if (!as_expected) failed++
  status = $2
  sub(/^MXAUTH_/, "", status)
  row(as_expected ? "" : "!", $1, status, $2 == "MXAUTH_OK" ? $3 "  " $4 "  " $5 : wrap($6, room))
  if (!as_expected) row("!", "", "", "expected " expected[$1])
}

END {
  failed += missing < 0 ? -missing : missing
  printf "\n%s\n", failed ? failed " verdicts are not what they should be." : "Every verdict is what it should be."
  exit failed > 0
}
