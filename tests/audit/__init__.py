"""`scripts/audit`: known vulnerabilities of what is installed with the software, and under which licences that is."""
