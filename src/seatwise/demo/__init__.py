"""An invented organization to try Seatwise with: its people, and the logs its servers would have written."""
