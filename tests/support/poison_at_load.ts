throw new Error("poison at load");
