"""What the DAGs prepare_data and train_model share: settings, commands and the three flavours that run them."""
