"""What the server does, free of any web framework: functions of an engine, a session and a message."""
