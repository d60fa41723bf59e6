-- migration: retire_legacy_tier
-- from: 7448f876e1e6f1b9e3982008c5f38d6eeee0e6a65b22bf841eebc9ab58620abe   to: 146534623b95261e59a4e7ce92c17dfd8f72a0ec1a4ef8830f4d1a370b88fb61

ALTER TYPE public.plan_tier RENAME TO plan_tier_old;

CREATE TYPE public.plan_tier AS ENUM ('free', 'pro', 'team');

-- @transform replace removed values of public.plans.tier
-- @check
SELECT 1 FROM public.plans WHERE tier::text IN ('legacy') LIMIT 1;
-- @run
-- The old tier paid for what is called pro now.
UPDATE public.plans SET tier = 'pro' WHERE tier::text = 'legacy';
-- @end

ALTER TABLE public.plans
    ALTER COLUMN tier DROP DEFAULT,
    ALTER COLUMN tier SET DATA TYPE public.plan_tier USING tier::text::public.plan_tier;

ALTER TABLE public.plans ALTER COLUMN tier SET DEFAULT 'free';

-- @allow breaks-clients: nothing names the type; the column has the new one by then
DROP TYPE public.plan_tier_old;
