// Empty on purpose: the icons come from the theme's font.
