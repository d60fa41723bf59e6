-- migration: undo_quota_overrides
-- from: ff773abb99ff150d6d84baac0e46929ad810fa0a07f4dcab9dc81bc45738eb82   to: 67082410680e45ddc736028059d8ef1e80e4bfe26eefefc8467515c65b07cbd1

-- @allow drop-table: the way back, taken only where the feature is withdrawn; support keeps a copy of the overrides
DROP TABLE public.quota_overrides;
