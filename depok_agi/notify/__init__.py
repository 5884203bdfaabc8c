"""The doors to people: e-mail to the OPDs and supervisors. What is said and when is pure; `smtp` is the one door."""
