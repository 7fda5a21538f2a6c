"""Test images, built without a network."""
