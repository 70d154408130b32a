print("llmtrading")
