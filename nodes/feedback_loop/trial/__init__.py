"""trial: is a policy better? Played cases -> Verdict; live runs -> Watch. Pure functions, nothing is played here."""
