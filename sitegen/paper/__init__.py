"""What goes into a paper: the impact of runs in sentences, and a rough estimate where nothing was measured.

RunResults -> Impact -> Statement -> LaTeX, Markdown, text          social_cost: what the emissions cost
                    `-> model card, BoAmps report
names, hours, a place -> Estimate -> Statement | JSON
"""
