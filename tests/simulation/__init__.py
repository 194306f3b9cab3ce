"""A small world in memory, moved by the steps that core decides on, in which the workflow is tested.

words         the smallest kind of answer there is
world         tasks, workers and a clock, and what anybody may do
invariants    what must hold after every act
history       chance decides who does what
stories       how tests tell one rule at a time
"""
