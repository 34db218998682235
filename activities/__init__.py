"""Every effect of the workflows; `activities.messages` is all that workflows/ may know of them."""
