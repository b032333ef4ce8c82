"""Files of other systems read into mapped, validated, de-duplicated records. Nothing here writes."""
