"""What a complaint is and may do: pure Python, no I/O, no clock, no randomness.

`decide(case, action, actor, now, rules)` says what happens, `evolve(case, event)` makes it so,
`available(...)` lists what a person may do now and `next_alarm(...)` when the case wakes by itself.
"""
