// RunEngine
