"""Files of questions to files of answers, resumable."""
