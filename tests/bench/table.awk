# table.awk - rows of the parts (measure.sh: WHAT AGAINST RATIO CPU-RATIO TARGET NOTE) to the table of README.md
function met(ratio, target) {
    if (target == "-")
        return ""
    if (target ~ /^>=/)
        return ratio >= substr(target, 3) + 0 ? "met" : "**missed**"
    return ratio + 0 <= target + 0 ? "met" : "**missed**"
}
BEGIN {
    print "| what | against | ratio | of CPU time | target | | |"
    print "| --- | --- | ---: | ---: | ---: | --- | --- |"
}
$1 == "row" {
    target = $6
    sub(/^>=/, "≥ ", target)
    if (target == $6 && target != "-")
        target = "≤ " target
    print "| " $2 " | " $3 " | " $4 " | " $5 " | " target " | " met($4, $6) " | " $7 " |"
}
