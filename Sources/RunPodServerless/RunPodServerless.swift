// RunPodServerless
