"""What a Destination Function in Segment needs: its plan, and the rotating channels that it publishes to."""
