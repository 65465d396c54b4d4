# Prints "##@ Group" lines as headings and "target: ... ## what it does" lines below them.
# A group may be spread over several files.

/^##@ / { group = substr($0, 5); if (!(group in text)) order[++groups] = group; text[group] = text[group] "" }

/^[a-z][a-z-]*:.*## / {
    target = $0; sub(/:.*/, "", target)
    words = $0; sub(/.*## /, "", words)
    text[group] = text[group] sprintf("  %-14s %s\n", target, words)
}

END { for (i = 1; i <= groups; i++) printf "%s%s\n%s", (i > 1 ? "\n" : ""), order[i], text[order[i]] }
