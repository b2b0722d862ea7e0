# SPDX-License-Identifier: GPL-2.0-or-later
# What zsh offers behind LINE, one a line. A terminal of its own has the completion system, in which
# compadd also prints what it adds; markers are broken in two where the terminal echoes them.
# usage: zsh -f complete.zsh SCRIPT LINE
zmodload zsh/zpty
zpty child zsh -f -i
zpty -w child "PATH=$PATH; autoload -U compinit; compinit -D -u; source $1"
zpty -w child 'compadd() {
	local -a hits
	((${argv[(I)-[OAD]]})) || { builtin compadd -A hits "$@"; print -rl -- "HI""T="$^hits }
	builtin compadd "$@"
}'
zpty -w child 'the-end() { print "TH""E-END" }; zle -N the-end; bindkey "^X" the-end'
zpty -w child 'bindkey "^I" list-choices; print REA""DY'
zpty -r child out '*READY*'
zpty -n -w child "$2"$'\t'$'\x18'
zpty -r child out '*THE-END*'
print -r -- "$out" | tr -d '\r' | sed -n 's/^.*HIT=//p'
zpty -d child
